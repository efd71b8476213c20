/** The app without a window, as `claudacity serve` runs it, with the deadlines of SOAK_TIMES: a soak run cannot wait for minutes. */
import { createCore } from '../../app/core';
import { stopLimitMs, stopWithin } from '../../app/core/stopWithin';
import { openLog } from '../../app/log/log';
import { openConfFile } from '../../app/settings/confFile';
import { dataDir } from '../../app/settings/dataDir';
import { openPrivateFolder } from '../../app/settings/privateFolder';
import { openSettings } from '../../app/settings/settings';

const { env } = process;
const folder = dataDir({ env });
openPrivateFolder(folder);
const log = openLog({ dataDir: folder, env, console: false });
const settings = openSettings({ file: openConfFile(folder, log), log, env });
const claudeTimes = JSON.parse(env.SOAK_TIMES ?? '{}');
const core = createCore({ dataDir: folder, settings, log, version: '0.0.0-soak', env, claudeTimes });

process.once('SIGTERM', async () => {
  const stopped = await stopWithin(core.stop, stopLimitMs(settings.value.stopGraceSeconds), log);
  await log.close();
  process.exit(stopped ? undefined : 1);
});

core.start().then(() => console.log(`Claudacity is running on ${core.snapshot().server.url}`));
