/** Applies the theme that the settings name, or the system's own. */
import { useEffect } from 'react';
import { useApp } from '../state/services';

const DARK = '(prefers-color-scheme: dark)';

export function useTheme(): void {
  const theme = useApp((app) => app.settings.theme);
  useEffect(() => {
    const system = matchMedia(DARK);
    const apply = () => {
      document.documentElement.dataset.theme = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
}
