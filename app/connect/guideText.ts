/** The guides as Markdown: context/CONNECT.md, which `node build/connectGuide.mjs` writes. */
import { GUIDE_GROUPS, type Guide, type GuideStep, type GuideValues, KEY_PLACEHOLDER } from '../shared/connect/guide';
import { GUIDES } from './guides';

const HERE: GuideValues = {
  url: 'http://127.0.0.1:22434',
  key: null,
  model: 'sonnet',
  place: 'here',
  platform: 'linux',
};

/** The whole document. */
export function guidesMarkdown(): string {
  const groups = GUIDE_GROUPS.flatMap((group) => [
    `## ${group}`,
    ...GUIDES.filter((guide) => guide.group === group).map(guideMarkdown),
  ]);
  return `${[HEAD, ...groups].join('\n\n')}\n`;
}

const HEAD = `# Connect your programs

<!-- Written by \`node build/connectGuide.mjs\` from app/connect/guides. Do not edit. -->

The window's page “Connect” shows these guides with your own addresses, models and keys. They are written here for a program on the same
computer. For another place, change the address:

| the program runs | address | key |
|---|---|---|
| on this computer | \`http://127.0.0.1:22434\` | none; where a program insists on one, any text |
| in a container on this computer | \`http://host.docker.internal:22434\` | a key, or the setting "Containers on this computer" |
| on another computer | \`http://THIS-COMPUTER:22434\` | a key, or the setting "Networks without a key" |

A program that has no field for a key takes it in the address, where you have allowed that for the key: \`http://THIS-COMPUTER:22434/k/${KEY_PLACEHOLDER}\`.
On Docker for Linux, start the container with \`--add-host=host.docker.internal:host-gateway\`.`;

function guideMarkdown({ title, speaks, steps, clients, libraries = [], notes = [], sources, tested }: Guide): string {
  const isDocker = title.includes('Docker');
  const values: GuideValues = isDocker
    ? { ...HERE, place: 'container', url: 'http://host.docker.internal:22434' }
    : HERE;
  return [
    `### ${title}`,
    `Speaks ${speaks}. Listed in the log as ${[...clients, ...libraries].map((name) => `\`${name}\``).join(' or ')}.`,
    ...steps(values).map(stepMarkdown),
    notes.map((note) => `> ${note}`).join('\n>\n'),
    `Sources: ${sources.join('; ')}.${tested === undefined ? '' : ` Tested: ${tested}.`}`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function stepMarkdown({ text, code, fields = [] }: GuideStep, index: number): string {
  const blocks = [
    ...(fields.length > 0 ? [fields.map(([label, value]) => `- ${label}: \`${value}\``).join('\n')] : []),
    ...(code ? [`\`\`\`${code.language}\n${code.text}\n\`\`\``] : []),
  ];
  const indented = blocks.map((block) => block.replaceAll(/^(?=.)/gm, '   '));
  return [`${index + 1}. ${text}`, ...indented].join('\n\n');
}
