// Differences between platforms.

/** Whether shortcuts use the Command key instead of Ctrl. */
export const isMac = (): boolean => /Mac|iPhone|iPad/.test(navigator.platform);
