/** The settings dialog. Where the environment sets a value, the value and the variable are shown instead of a field. */
import { type FormEvent, useRef, useState } from 'react';
import type { Theme } from '../../app/shared/contract';
import { callErrorText } from '../state/callErrorText';
import { useApp, useCommands } from '../state/page';
import { Confirm } from '../ui/Confirm';
import { Dialog } from '../ui/Dialog';
import { Check, Group, HostChoice, NumberBox, Row } from './fields';
import {
  changedSettings,
  type SettingsDraft,
  type SettingsFaults,
  settingsDraft,
  settingsFaults,
} from './settingsDraft';

export type SettingsField = 'host' | 'port' | 'cliPath' | 'keepTexts';

export function Settings({ focus, onClose }: { focus: SettingsField; onClose: () => void }) {
  const app = useApp((state) => state);
  const commands = useCommands();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState<SettingsDraft>(() => settingsDraft(app.settings, app.loginItem));
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState(false);
  const [saving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const change = (part: Partial<SettingsDraft>) => setDraft((before) => ({ ...before, ...part }));
  const { settings, openAtLogin } = changedSettings(draft, app.settings, app.loginItem);
  const faults = settingsFaults(draft, app.pinned);
  const shownFaults: SettingsFaults = tried ? faults : {};

  const save = async () => {
    setSaving(true);
    try {
      await commands.saveSettings(settings, openAtLogin);
      onClose();
    } catch (error) {
      setRefusal(callErrorText(error));
      setSaving(false);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const [faulty] = Object.keys(faults);
    if (faulty) form.current?.querySelector<HTMLElement>(`[name="${faulty}"]`)?.focus();
    else if (settings.keepTexts === false) setAsking(true);
    else void save();
  };

  return (
    <>
      <Dialog title="Settings" onClose={onClose}>
        <form ref={form} className="settings" noValidate onSubmit={submit}>
          <Group title="Server">
            <Row name="host" label="Listen on" note="Other computers need an API key." fault={shownFaults.host}>
              <HostChoice host={draft.host} focus={focus === 'host'} onChange={(host) => change({ host })} />
            </Row>
            <Row name="port" label="Port" fault={shownFaults.port}>
              <NumberBox
                name="port"
                value={draft.port}
                faulty={shownFaults.port !== undefined}
                focus={focus === 'port'}
                onChange={(port) => change({ port })}
              />
            </Row>
            <Check
              name="startServer"
              label="Start the server when the app starts"
              checked={draft.startServer}
              onChange={(startServer) => change({ startServer })}
            />
            <Check
              name="openAtLogin"
              label="Open Claudacity when I log in"
              checked={draft.openAtLogin}
              disabled={!app.loginItem.supported}
              note={app.loginItem.supported ? '' : 'Not available on this system.'}
              onChange={(openAtLogin) => change({ openAtLogin })}
            />
          </Group>
          <Group title="Claude">
            <Row name="cliPath" label="Path of the CLI" note="Leave empty to look in the usual places.">
              <input
                id="cliPath"
                name="cliPath"
                type="text"
                spellCheck={false}
                placeholder={app.cli.path ?? 'not found'}
                value={draft.cliPath}
                data-autofocus={focus === 'cliPath'}
                onChange={(event) => change({ cliPath: event.target.value })}
              />
            </Row>
            <Row
              name="maxProcesses"
              label="Processes"
              note="Each holds one conversation and takes about 200 MB. Leave empty for as many as the memory allows."
              fault={shownFaults.maxProcesses}
            >
              <NumberBox
                name="maxProcesses"
                value={draft.maxProcesses}
                unit="at most at one time"
                placeholder="automatic"
                faulty={shownFaults.maxProcesses !== undefined}
                onChange={(maxProcesses) => change({ maxProcesses })}
              />
            </Row>
            <Row
              name="idleMinutes"
              label="Idle process"
              note="As long as it is there, the next question of its conversation is answered sooner."
              fault={shownFaults.idleMinutes}
            >
              <NumberBox
                name="idleMinutes"
                value={draft.idleMinutes}
                unit="minutes without use, then it ends"
                faulty={shownFaults.idleMinutes !== undefined}
                onChange={(idleMinutes) => change({ idleMinutes })}
              />
            </Row>
          </Group>
          <Group title="Conversations">
            <Check
              name="keepTexts"
              label="Keep what was said"
              checked={draft.keepTexts}
              focus={focus === 'keepTexts'}
              note="On this computer only. A conversation can then go on when its process has ended or the app was restarted, and be read in History."
              warning={settings.keepTexts === false ? 'Saving this deletes every conversation that is kept.' : ''}
              onChange={(keepTexts) => change({ keepTexts })}
            />
            <Row
              name="keepDays"
              label="Delete after"
              fault={shownFaults.keepDays}
              warning={
                isLess(settings.keepDays, app.settings.keepDays) ? 'Saving this deletes older ones at once.' : ''
              }
            >
              <NumberBox
                name="keepDays"
                value={draft.keepDays}
                unit="days without use"
                faulty={shownFaults.keepDays !== undefined}
                onChange={(keepDays) => change({ keepDays })}
              />
            </Row>
            <Row
              name="keepMegabytes"
              label="Keep at most"
              note="Beyond that, the ones that were not used for longest are deleted."
              fault={shownFaults.keepMegabytes}
            >
              <NumberBox
                name="keepMegabytes"
                value={draft.keepMegabytes}
                unit="MB"
                faulty={shownFaults.keepMegabytes !== undefined}
                onChange={(keepMegabytes) => change({ keepMegabytes })}
              />
            </Row>
            <Check
              name="usersAreIds"
              label="One conversation for each user that a program names"
              checked={draft.usersAreIds}
              note="For programs that send only the newest message and a user: the user’s conversation goes on. Not done for users whose program sends what was said before."
              onChange={(usersAreIds) => change({ usersAreIds })}
            />
          </Group>
          <Group title="Requests">
            <Check
              name="sendSampling"
              label="Send temperature, top_p and top_k"
              checked={draft.sendSampling}
              note="Today’s models refuse them. Where this is off, the answer says that they were ignored."
              onChange={(sendSampling) => change({ sendSampling })}
            />
            <Check
              name="fetchImages"
              label="Fetch images from web addresses"
              checked={draft.fetchImages}
              note="Where a program sends an address in place of an image. Never from this computer or its network."
              onChange={(fetchImages) => change({ fetchImages })}
            />
          </Group>
          <Group title="Appearance">
            <Row name="theme" label="Theme">
              <select
                id="theme"
                name="theme"
                className="short"
                value={draft.theme}
                onChange={(event) => change({ theme: themeOf(event.target.value) })}
              >
                {THEMES.map(({ theme, name }) => (
                  <option key={theme} value={theme}>
                    {name}
                  </option>
                ))}
              </select>
            </Row>
          </Group>
          {refusal && (
            <p className="refusal" role="alert">
              {refusal}
            </p>
          )}
          <footer className="dialog-actions">
            <button type="button" className="button" onClick={onClose}>
              Cancel
            </button>
            <button type="submit" className="button button-main" disabled={saving}>
              {saving ? 'Saving…' : 'Save'}
            </button>
          </footer>
        </form>
      </Dialog>
      {asking && (
        <Confirm
          title="Delete what is kept?"
          action="Delete and save"
          careful
          onConfirm={() => void save()}
          onClose={() => setAsking(false)}
        >
          <p>
            From now on nothing that is said is kept, and every conversation that is kept so far is deleted from this
            computer. This cannot be undone.
          </p>
          <p>
            Programs that send what was said before go on as always. The others start afresh once a conversation’s
            process has ended.
          </p>
        </Confirm>
      )}
    </>
  );
}

const THEMES: readonly { theme: Theme; name: string }[] = [
  { theme: 'system', name: 'As the system' },
  { theme: 'light', name: 'Light' },
  { theme: 'dark', name: 'Dark' },
];

function themeOf(value: string): Theme {
  return THEMES.find(({ theme }) => theme === value)?.theme ?? 'system';
}

function isLess(wanted: number | undefined, now: number): boolean {
  return wanted !== undefined && wanted > 0 && wanted < now;
}
