/** Shows notifications with Electron. */
import { Notification } from 'electron';
import type { AppNotification } from './notifier';

/** Electron forgets the listeners of a notification that nobody holds. */
const shown = new Set<Notification>();

/** Does nothing where the system has no notifications. @param onClick called when the user has clicked on it. */
export function showNotification({ title, body }: AppNotification, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body });
  shown.add(notification);
  notification.on('click', () => {
    shown.delete(notification);
    onClick();
  });
  notification.on('close', () => shown.delete(notification));
  notification.on('failed', () => shown.delete(notification));
  notification.show();
}
