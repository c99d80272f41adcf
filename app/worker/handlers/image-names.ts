// What images are called that were found in what the user gave.

/**
 * The name of each image: that of the file that it is alone in, which for an archive is the name that the user knows;
 * else its name among the others. Empty: the name of the input.
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
