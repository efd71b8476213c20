/** Electron's login items of macOS and Windows. */
import { app } from 'electron';
import type { SystemLoginItems } from './loginItemFor';

export function systemLoginItems(): SystemLoginItems {
  return {
    set: (enabled) => app.setLoginItemSettings({ openAtLogin: enabled }),
    isSet: () => app.getLoginItemSettings().openAtLogin,
    isAllowed: () => app.getLoginItemSettings().executableWillLaunchAtLogin,
  };
}
