import type { Image } from "../../decoder/image.ts";
import type { Tables } from "../tables.ts";
export async function readLinuxCr(_image: Image, _tables: Tables, _signal?: AbortSignal): Promise<void> {}
