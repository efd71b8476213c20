/** The data folder and its files are readable by the user alone, from the moment they are created and after an update. */
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { removeFolder, scratchFolder } from '../support/cli';
import { startCommand } from '../support/commandProcess';
import { ask, assistant, uniqueWord, user } from '../support/conversation';
import { type MessagesApi, startMessagesApi } from '../support/messagesApi';

let home: string;
let api: MessagesApi;

afterEach(async () => {
  await api.close();
  await removeFolder(home);
});

/** The modes of the folder and of all that is in it, as `0700 logs`. */
function modes(folder: string): string[] {
  return ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })].map((name) => {
    const stat = statSync(path.join(folder, name));
    return `${(stat.mode & 0o777).toString(8)} ${stat.isDirectory() ? 'folder' : 'file'} ${name}`;
  });
}

test.skipIf(process.platform === 'win32').each(['new', 'existing'])('a data folder that is %s', async (kind) => {
  const previous = process.umask(0);
  try {
    home = await scratchFolder();
    const data = path.join(home, 'data');
    if (kind === 'existing') {
      for (const folder of [data, path.join(data, 'logs'), path.join(data, 'children'), path.join(data, 'workspace')]) {
        mkdirSync(folder);
        chmodSync(folder, 0o755);
      }
      for (const file of ['settings.json', 'logs/claudacity.log', 'window.json', 'claudacity.db.broken-1']) {
        writeFileSync(path.join(data, file), file.endsWith('.json') ? '{}' : '', { mode: 0o644 });
      }
    }
    api = await startMessagesApi();
    const command = await startCommand(api, home);
    const history = Array.from({ length: 130 }, (_, turn) => [user(`q${turn}`), assistant(`a${turn}`)]).flat();
    await ask(command, [...history, user(uniqueWord('Q'))], { id: 'one' });

    const found = modes(data);

    expect(found.filter((entry) => !/^(700 folder|600 file) /.test(entry))).toEqual([]);
    expect(found.map((entry) => entry.split(' ')[2])).toEqual(
      expect.arrayContaining(['claudacity.db', 'claudacity.db-wal', 'claudacity.db-shm', 'children', 'workspace']),
    );
    const exited = once(command.process, 'exit');
    command.process.kill('SIGTERM');
    await exited;
  } finally {
    process.umask(previous);
  }
});
