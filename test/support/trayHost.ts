/**
 * A StatusNotifierWatcher and host, small enough for tests: it sees an app's tray icon and drives its menu over D-Bus as
 * KDE, XFCE or GNOME's AppIndicator extension would. Needs a session bus on which nobody else is one.
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

export interface TrayHost {
  /** The next icon that an app registers, or has registered already. */
  nextIcon(): Promise<TrayIcon>;
  stop(): void;
}

export interface TrayMenuItem {
  id: number;
  label: string;
  enabled: boolean;
  /** Only of checkboxes. */
  checked?: boolean;
}

export interface TrayIcon {
  tooltip(): Promise<string>;
  /** What can be seen of the menu now, separators left out. */
  menu(): Promise<TrayMenuItem[]>;
  /** @throws where there is no such item, or it is disabled. */
  click(label: string): Promise<void>;
  /** What a left click on the icon does. */
  activate(): Promise<void>;
}

export async function startTrayHost(): Promise<TrayHost> {
  const bus = sessionBus();
  const icons: TrayIcon[] = [];
  const waiting: ((icon: TrayIcon) => void)[] = [];

  const register = (icon: TrayIcon) => {
    const waiter = waiting.shift();
    if (waiter) waiter(icon);
    else icons.push(icon);
  };
  const reply = (message: Message, signature = '', body: unknown[] = []) => {
    bus.send(Message.newMethodReturn(message, signature, body));
    return true;
  };
  // The library's class for services loses its properties, so messages are answered one by one.
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
  // Only now: whoever sees the name asks at once whether there is a host.
  const got = await bus.requestName(WATCHER, NameFlag.DO_NOT_QUEUE);
  if (got !== RequestNameReply.PRIMARY_OWNER) throw new Error(`${WATCHER} already has an owner on this bus`);

  return {
    nextIcon: async () => icons.shift() ?? new Promise((resolve) => waiting.push(resolve)),
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
  const call = async (at: string, iface: string, member: string, signature = '', body: unknown[] = []) => {
    const message = new Message({ destination: name, path: at, interface: iface, member, signature, body });
    return (await bus.call(message))?.body ?? [];
  };
  const property = async (of: string): Promise<unknown> => {
    const [value] = await call(path, PROPERTIES, 'Get', 'ss', [ITEM, of]);
    return Value.parse(value);
  };
  const menuPath = async () => z.string().parse(await property('Menu'));

  const menu = async () => {
    const [, root] = await call(await menuPath(), MENU, 'GetLayout', 'iias', [0, -1, []]);
    const [, , children] = MenuNode.parse(root);
    return children.flatMap((child) => menuItem(MenuNode.parse(child.value)));
  };
  const clickNow = async (label: string) => {
    const items = await menu();
    const item = items.find((candidate) => candidate.label === label);
    const there = items.map((candidate) => candidate.label).join(' | ');
    if (!item) throw new Error(`no tray menu item "${label}"; there is: ${there}`);
    if (!item.enabled) throw new Error(`the tray menu item "${label}" is disabled`);
    await call(await menuPath(), MENU, 'Event', 'isvu', [item.id, 'clicked', new Variant('i', 0), 0]);
  };
  return {
    menu,
    tooltip: async () => {
      const [, , title] = z.tuple([z.string(), z.unknown(), z.string(), z.string()]).parse(await property('ToolTip'));
      return title;
    },
    async click(label) {
      // Between the look and the click the app may have put up another menu, in which the item has another id.
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
  const of = (key: string) => properties[key]?.value;
  if (of('type') === 'separator' || of('visible') === false) return [];
  return [
    {
      id,
      // A single underscore marks the letter after it.
      label: String(of('label') ?? '').replace(/_(.)/g, '$1'),
      enabled: of('enabled') !== false,
      ...(of('toggle-type') ? { checked: of('toggle-state') === 1 } : {}),
    },
  ];
}
