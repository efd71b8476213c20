/** The menu in which each part of the filter is chosen from the values that occur. */
import type { RequestFilter } from '../../../app/shared/contract';
import { OUTCOME_WORDS, REQUEST_OUTCOMES } from '../../../app/shared/requests/outcomes';
import { Icon } from '../../ui/Icon';
import { MenuButton } from '../../ui/menu/MenuButton';
import type { MenuItem } from '../../ui/menu/MenuPopup';
import { ANY_FAILURE, addValue, hasValue, type ListField, removeValue, SERVED_WORDS } from './filterParts';
import type { KnownValues } from './filterSyntax';
import { parseMoment } from './parseMoment';

export interface FilterMenuProps {
  filter: RequestFilter;
  known: KnownValues;
  onOpen: () => void;
  onFilter: (filter: RequestFilter) => void;
}

const TIMES = [
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['today', 'Today'],
  ['yesterday', 'Since yesterday'],
  ['7d', 'Last 7 days'],
] as const;

export function FilterMenu({ filter, known, onOpen, onFilter }: FilterMenuProps) {
  const choices = (field: ListField, values: readonly (readonly [value: string, label: string])[]): MenuItem[] =>
    values.map(([value, label]) => {
      const checked = hasValue(filter, field, value);
      const toggle = checked ? removeValue : addValue;
      return { id: `${field} ${value}`, label, checked, onSelect: () => onFilter(toggle(filter, field, value)) };
    });
  const same = (values: readonly string[]) => values.filter(Boolean).map((value) => [value, value] as const);
  const since = (text: string) => onFilter(addValue(filter, 'since', String(parseMoment(text, Date.now()) ?? 0)));
  const items: MenuItem[] = [
    { id: 'client', label: 'Client', items: choices('client', same(known.clients)) },
    {
      id: 'key',
      label: 'API key',
      items: choices('key', [['', 'Without a key'], ...known.keys.map(({ id, name }) => [id, name] as const)]),
    },
    { id: 'model', label: 'Model', items: choices('model', same(known.models)) },
    {
      id: 'outcome',
      label: 'Outcome',
      items: choices('outcome', [
        [ANY_FAILURE, 'any failure'],
        ...REQUEST_OUTCOMES.map((outcome) => [outcome, OUTCOME_WORDS[outcome]] as const),
      ]),
    },
    { id: 'served', label: 'Path served', items: choices('served', Object.entries(SERVED_WORDS)) },
    {
      id: 'dialect',
      label: 'Dialect',
      items: choices(
        'dialect',
        known.dialects.map(({ name, title }) => [name, title] as const),
      ),
    },
    {
      id: 'time',
      label: 'Time',
      items: TIMES.map(([text, label]) => ({ id: text, label, onSelect: () => since(text) })),
    },
    {
      id: 'answers',
      label: 'Only questions to a model',
      isFirstOfGroup: true,
      checked: filter.onlyAnswers === true,
      onSelect: () =>
        onFilter(filter.onlyAnswers ? removeValue(filter, 'answers', '') : addValue(filter, 'answers', '')),
    },
  ];
  return (
    <MenuButton label="Filter" items={items} className="toggle filter-button" onOpen={onOpen}>
      <Icon name="filter" />
      <span>Filter</span>
    </MenuButton>
  );
}
