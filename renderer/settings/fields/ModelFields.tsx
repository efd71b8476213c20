/** The fields whose texts are names of models. */
import { useEffect } from 'react';
import type { ModelName } from '../../../app/shared/contract';
import { useStoreState } from '../../state/store';
import type { SettingsStore } from '../settingsStore';
import { type FieldProps, TextField } from './fields';

/** One name, with the known ones to choose from. */
export function ModelField(props: FieldProps) {
  const models = useModels(props.store);
  const suggestions = `${props.id}-models`;
  return (
    <>
      <TextField {...props} suggestions={suggestions} />
      <datalist id={suggestions}>
        {typeof models === 'object' && models?.map(({ id, title }) => <option key={id} value={id} label={title} />)}
      </datalist>
    </>
  );
}

/** A check box for each model: checked for those that are listed. The names as a text as long as the models are not known. */
export function ListedModelsField(props: FieldProps) {
  const { id, text, describedBy, setting, store, onCommit } = props;
  const models = useModels(store);
  if (models === null) return <span className="quiet field-line">Reading the models…</span>;
  if (typeof models === 'string') {
    return (
      <>
        <TextField
          {...props}
          setting={{ ...setting, placeholder: 'all are listed' }}
          ariaLabel="Models that are not listed"
        />
        <p className="note">The models cannot be read now, so type the names of those not to list. {models}</p>
      </>
    );
  }
  const unlisted = text.split(',').filter((name) => name !== '');
  const gone: ModelName[] = unlisted
    .filter((name) => !models.some((model) => model.id === name))
    .map((name) => ({ id: name, title: 'not there now', fullName: name }));
  const toggle = (model: string, isListed: boolean) => {
    const others = unlisted.filter((name) => name !== model);
    onCommit((isListed ? others : [...others, model]).join(','));
  };
  return (
    <fieldset id={id} className="model-list" aria-label={setting.label} aria-describedby={describedBy}>
      {[...models, ...gone].map((model) => (
        <label key={model.id}>
          <input
            type="checkbox"
            checked={!unlisted.includes(model.id)}
            onChange={(event) => toggle(model.id, event.target.checked)}
          />
          <span className="model-id">{model.id}</span>
          <span className="quiet">{model.title === model.id ? '' : model.title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The models that can be named; null until they are known, a text where the CLI cannot tell. */
function useModels(store: SettingsStore): readonly ModelName[] | string | null {
  useEffect(() => void store.loadModels(), [store]);
  return useStoreState(store, ({ models }) => models);
}
