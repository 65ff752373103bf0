/** Return the folder that a document is in. Some drives put their name before the path. */
export function folderOf(path: string): string {
  const local = path.slice(path.indexOf(":") + 1);
  return local.slice(0, Math.max(0, local.lastIndexOf("/")));
}
