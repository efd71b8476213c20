/** Where the program runs, by which address it reaches this computer, and which model it names. */
import { useId } from 'react';
import { PLACES, type Place } from '../../app/shared/connect/guide';
import { useStoreState } from '../state/store';
import type { ConnectStore } from './connectStore';
import { useModels } from './useGuideValues';

const PLACE_TITLES: Readonly<Record<Place, string>> = {
  here: 'This computer',
  other: 'Other computer',
  container: 'Container',
};

export function Choices({ store, model }: { store: ConnectStore; model: string }) {
  const { place, address, options } = useStoreState(store, (state) => state);
  const { models } = useModels(store);
  const id = useId();
  const addresses = options?.addresses ?? [];
  return (
    <div className="guide-choices">
      <div className="guide-choice">
        <span id={`${id}-place`}>It runs on</span>
        <fieldset className="segments guide-places" aria-labelledby={`${id}-place`}>
          {PLACES.map((one) => (
            <button key={one} type="button" aria-pressed={place === one} onClick={() => store.set({ place: one })}>
              {PLACE_TITLES[one]}
            </button>
          ))}
        </fieldset>
      </div>
      {place === 'other' && addresses.length > 1 && (
        <div className="guide-choice">
          <label htmlFor={`${id}-address`}>This computer’s address</label>
          <select
            id={`${id}-address`}
            className="field"
            value={address ?? addresses[0]?.address}
            onChange={(event) => store.set({ address: event.target.value })}
          >
            {addresses.map(({ address: value, network }) => (
              <option key={`${network} ${value}`} value={value}>
                {value} ({network})
              </option>
            ))}
          </select>
        </div>
      )}
      <div className="guide-choice">
        <label htmlFor={`${id}-model`}>Model</label>
        <select
          id={`${id}-model`}
          className="field"
          value={model}
          onChange={(event) => store.set({ model: event.target.value })}
        >
          {models.map(({ id: value, title }) => (
            <option key={value} value={value}>
              {title === value ? value : `${value} – ${title}`}
            </option>
          ))}
        </select>
      </div>
    </div>
  );
}
