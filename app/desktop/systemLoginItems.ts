/** Electron's login items of macOS. */
import { app } from 'electron';
import type { SystemLoginItems } from '../service/login/macLoginItem';

export function systemLoginItems(): SystemLoginItems {
  return {
    set: (enabled) => app.setLoginItemSettings({ openAtLogin: enabled }),
    status: () => {
      const { openAtLogin, status } = app.getLoginItemSettings();
      if (status === 'requires-approval') return status;
      return openAtLogin ? 'enabled' : 'none';
    },
  };
}
