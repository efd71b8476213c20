/** The titles of dialects, as the app sends them. */
import type { DialectName } from '../../app/shared/contract';
import type { AppState } from './appStore';
import { useApp } from './services';

/** The dialect's title, or its name where the app no longer speaks it. */
export function dialectTitle(dialects: AppState['app']['dialects'], name: DialectName): string {
  return dialects.find((dialect) => dialect.name === name)?.title ?? name;
}

export function useDialectTitle(name: DialectName): string {
  return dialectTitle(
    useApp(({ app }) => app.dialects),
    name,
  );
}
