/** The settings of the table about updates. */
import { text, toggle } from '../settingKinds';

export const UPDATE_SETTINGS = {
  checkForUpdates: toggle({
    default: true,
    group: 'updates',
    label: 'Look for updates',
    description: 'look for a later version of Claudacity every six hours',
    note: 'Where the package or the setting below names an address for updates; it learns your network address, and nothing else of you. Nothing is installed before you say so.',
    variables: ['CLAUDACITY_UPDATE_CHECK'],
  }),
  updateFeed: text({
    default: '',
    check: { test: isFeed, expected: 'an address that begins with https://, or nothing' },
    group: 'updates',
    label: 'Address for updates',
    description: 'the address of the folder with the packages and the `latest*.yml` of the newest version',
    note: 'Leave empty for that of the package. Who controls it decides which program runs here.',
    placeholder: "the package's own",
    variables: ['CLAUDACITY_UPDATE_FEED'],
    defaultText: "the package's own",
  }),
};

/** This computer itself needs no encryption. */
function isFeed(value: string): boolean {
  return value === '' || /^https:\/\/[^\s/]+/.test(value) || /^http:\/\/(127\.|localhost[:/]|\[::1\])/.test(value);
}
