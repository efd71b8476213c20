/**
 * A minimal StatusNotifierWatcher and host: it finds an app's tray icon and operates its menu over D-Bus, as KDE, XFCE or
 * GNOME's AppIndicator extension do. Needs a session bus that has no other watcher.
 */
import {
  DBusError,
  Message,
  type MessageBus,
  NameFlag,
  RequestNameReply,
  sessionBus,
  Variant,
} from '@jellybrick/dbus-next';
import { z } from 'zod';

/** The part of a desktop that shows tray icons. */
export interface TrayHost {
  /** Takes the first registered icon that no earlier call has taken, or waits for one. */
  nextIcon(): Promise<TrayIcon>;
  /** Disconnects from the session bus. */
  stop(): void;
}

/** A visible entry of a tray icon's menu. */
export interface TrayMenuItem {
  id: number;
  label: string;
  enabled: boolean;
  /** Undefined for entries that are not check boxes. */
  checked?: boolean;
}

/** A tray icon of an app. */
export interface TrayIcon {
  /** The title of its tooltip. */
  tooltip(): Promise<string>;
  /** The visible entries of the menu at this moment, without separators. */
  menu(): Promise<TrayMenuItem[]>;
  /** Clicks the menu entry of this label. @throws if there is none, or it is disabled */
  click(label: string): Promise<void>;
  /** Clicks the icon itself with the left button. */
  activate(): Promise<void>;
}

/** Takes the watcher's name on a session bus, by default this session's own. @throws if another program owns it */
export async function startTrayHost(busAddress?: string): Promise<TrayHost> {
  const bus = sessionBus(busAddress === undefined ? {} : { busAddress });
  const icons: TrayIcon[] = [];
  const waiters: ((icon: TrayIcon) => void)[] = [];

  const register = (icon: TrayIcon) => {
    const waiter = waiters.shift();
    if (waiter) waiter(icon);
    else icons.push(icon);
  };
  const reply = (message: Message, signature = '', body: unknown[] = []) => {
    bus.send(Message.newMethodReturn(message, signature, body));
    return true;
  };
  // dbus-next's Interface class loses its properties here, so this handler answers each message itself.
  bus.addMethodHandler((message) => {
    if (message.path !== '/StatusNotifierWatcher') return false;
    if (message.interface === WATCHER && message.member === 'RegisterStatusNotifierItem') {
      const service = z.string().parse(message.body[0]);
      // A bus name, or (Ayatana) only an object path on the sender's connection.
      const byPath = service.startsWith('/');
      register(trayIcon(bus, byPath ? message.sender : service, byPath ? service : '/StatusNotifierItem'));
      return reply(message);
    }
    if (message.interface === WATCHER && message.member === 'RegisterStatusNotifierHost') return reply(message);
    if (message.interface === PROPERTIES && message.member === 'Get') {
      const value = WATCHER_PROPERTIES[z.string().parse(message.body[1])];
      return value ? reply(message, 'v', [value]) : false;
    }
    return false;
  });
  // Last, because an app asks for a host as soon as the name appears on the bus.
  const nameReply = await bus.requestName(WATCHER, NameFlag.DO_NOT_QUEUE);
  if (nameReply !== RequestNameReply.PRIMARY_OWNER) throw new Error(`${WATCHER} already has an owner on this bus`);

  // An app that is about to end may have registered its icon late, with a host that waits for another one.
  const nextIcon = async (): Promise<TrayIcon> => {
    const icon = icons.shift() ?? (await new Promise<TrayIcon>((resolve) => waiters.push(resolve)));
    const isThere = await icon.menu().then(
      () => true,
      () => false,
    );
    return isThere ? icon : nextIcon();
  };
  return {
    nextIcon,
    stop: () => bus.disconnect(),
  };
}

const WATCHER = 'org.kde.StatusNotifierWatcher';
const ITEM = 'org.kde.StatusNotifierItem';
const MENU = 'com.canonical.dbusmenu';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

const WATCHER_PROPERTIES: Record<string, Variant> = {
  IsStatusNotifierHostRegistered: new Variant('b', true),
  ProtocolVersion: new Variant('i', 0),
  RegisteredStatusNotifierItems: new Variant('as', []),
};

function trayIcon(bus: MessageBus, name: string, path: string): TrayIcon {
  const call = async (objectPath: string, iface: string, member: string, signature = '', body: unknown[] = []) => {
    const message = new Message({ destination: name, path: objectPath, interface: iface, member, signature, body });
    return (await bus.call(message))?.body ?? [];
  };
  const itemProperty = async (property: string): Promise<unknown> => {
    const [value] = await call(path, PROPERTIES, 'Get', 'ss', [ITEM, property]);
    return Value.parse(value);
  };
  const menuPath = async () => z.string().parse(await itemProperty('Menu'));

  const menu = async () => {
    const [, root] = await call(await menuPath(), MENU, 'GetLayout', 'iias', [0, -1, []]);
    const [, , children] = MenuNode.parse(root);
    return children.flatMap((child) => menuItem(MenuNode.parse(child.value)));
  };
  const clickNow = async (label: string) => {
    const items = await menu();
    const item = items.find((candidate) => candidate.label === label);
    const labels = items.map((candidate) => candidate.label).join(' | ');
    if (!item) throw new Error(`no tray menu item "${label}"; the menu has: ${labels}`);
    if (!item.enabled) throw new Error(`the tray menu item "${label}" is disabled`);
    await call(await menuPath(), MENU, 'Event', 'isvu', [item.id, 'clicked', new Variant('i', 0), 0]);
  };
  return {
    menu,
    tooltip: async () => {
      const [, , title] = z
        .tuple([z.string(), z.unknown(), z.string(), z.string()])
        .parse(await itemProperty('ToolTip'));
      return title;
    },
    async click(label) {
      // The app may replace its menu between the two calls; the item has another id in the new one.
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await clickNow(label);
        } catch (error) {
          if (!(error instanceof DBusError) || attempt === 3) throw error;
        }
      }
    },
    async activate() {
      await call(path, ITEM, 'Activate', 'ii', [0, 0]);
    },
  };
}

const Value = z.object({ value: z.unknown() }).transform(({ value }) => value);
const MenuNode = z.tuple([
  z.number(),
  z.record(z.string(), z.object({ value: z.unknown() })),
  z.array(z.object({ value: z.unknown() })),
]);

function menuItem([id, properties]: z.infer<typeof MenuNode>): TrayMenuItem[] {
  const value = (key: string) => properties[key]?.value;
  if (value('type') === 'separator' || value('visible') === false) return [];
  return [
    {
      id,
      // A single underscore marks the access key.
      label: String(value('label') ?? '').replace(/_(.)/g, '$1'),
      enabled: value('enabled') !== false,
      ...(value('toggle-type') ? { checked: value('toggle-state') === 1 } : {}),
    },
  ];
}
