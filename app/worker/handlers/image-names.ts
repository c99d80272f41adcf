// The names of images that were found in the input.

/**
 * The name of each image. If a file contains one image, the name of the file: the user knows an archive by that.
 * Otherwise the image's name among the others. Empty: the name of the input.
 *
 * @param images Their names by where they were found.
 * @param files The paths of the files that the user gave.
 */
export function imageNames(images: readonly string[], files: readonly string[]): string[] {
  if (images.length === 1 && files.length === 1) return [""];
  const paths = new Set(files);
  const fileOf = (image: string): string => {
    let end = image.indexOf("/");
    while (end !== -1 && !paths.has(image.slice(0, end))) end = image.indexOf("/", end + 1);
    return end === -1 ? image : image.slice(0, end);
  };
  const inFiles = images.map(fileOf);
  const seen = new Set<string>();
  const several = new Set(inFiles.filter((file) => seen.size === seen.add(file).size));
  return images.map((image, at) => {
    const file = inFiles[at] ?? image;
    return several.has(file) ? image : file;
  });
}
