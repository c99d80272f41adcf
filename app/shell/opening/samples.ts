// The sample images that come with the page: public/samples/index.json and the files it lists.

import type { Input } from "../state.ts";

export interface Sample {
  /** Used in links: lower-case letters, digits and `-`. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  /** The files of each image, as paths in `samples/`. Two images: before and after. */
  readonly images: readonly (readonly string[])[];
}

const FOLDER = "samples/";

/** All samples; none if the index cannot be loaded, as in a page without a server. */
export async function listSamples(): Promise<readonly Sample[]> {
  try {
    const response = await fetch(`${FOLDER}index.json`);
    return response.ok ? ((await response.json()) as readonly Sample[]) : [];
  } catch {
    return [];
  }
}

/** Loads the files of a sample. Rejects with a message for the user if one cannot be loaded. */
export async function loadSample(sample: Sample, signal: AbortSignal): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const paths of sample.images) {
    const files = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(FOLDER + path, { signal });
        if (!response.ok) throw new Error(`Could not load the sample’s file ${path} (HTTP status ${response.status}).`);
        return { path, file: await response.blob() };
      }),
    );
    inputs.push({ name: paths.length === 1 ? (paths[0] ?? sample.name) : sample.name, files });
  }
  return inputs;
}
