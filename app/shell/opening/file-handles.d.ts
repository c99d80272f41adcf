// Parts of the File System API that only Chromium has: https://wicg.github.io/file-system-access/

interface FileSystemHandle {
  requestPermission?(options: { readonly mode: "read" }): Promise<PermissionState>;
}

interface DataTransferItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}
