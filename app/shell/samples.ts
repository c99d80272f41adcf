// The samples that come with the page: public/samples/index.json and the files that it names.

import type { Input } from "./state.ts";

export interface Sample {
  /** In links: lower-case letters, digits and `-`. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
  /** For each image its files, as paths from `samples/`. Two images: before and after. */
  readonly images: readonly (readonly string[])[];
}

const FOLDER = "samples/";

/** The samples there are; none if the index cannot be had, as without a server. */
export async function listSamples(): Promise<readonly Sample[]> {
  try {
    const response = await fetch(`${FOLDER}index.json`);
    return response.ok ? ((await response.json()) as readonly Sample[]) : [];
  } catch {
    return [];
  }
}

/** The files of a sample. Rejects with a sentence if one cannot be had. */
export async function loadSample(sample: Sample, signal: AbortSignal): Promise<Input[]> {
  const inputs: Input[] = [];
  for (const paths of sample.images) {
    const files = await Promise.all(
      paths.map(async (path) => {
        const response = await fetch(FOLDER + path, { signal });
        if (!response.ok) throw new Error(`The sample’s file ${path} could not be loaded (${response.status}).`);
        return { path, file: await response.blob() };
      }),
    );
    inputs.push({ name: paths.length === 1 ? (paths[0] ?? sample.name) : sample.name, files });
  }
  return inputs;
}
