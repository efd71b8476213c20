/** Keeps the page's theme what the settings say, or what the system says where they leave it to it. */
import { useEffect } from 'react';
import { useApp } from '../state/page';

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
