/** A link in a text. It is never followed in the window: the app asks the user, and opens the browser. */
import type { ReactNode } from 'react';
import { useCommands } from '../../state/services';
import { webAddress } from './webAddress';

export interface TextLinkProps {
  /** As the text has it. */
  address: string;
  children: ReactNode;
}

/** `LinkAddress` shows the address of what has the class `md-link`. */
export function TextLink({ address, children }: TextLinkProps) {
  const commands = useCommands();
  const page = webAddress(address);
  if (page === null) {
    return (
      <span className="md-link" title={address}>
        {children}
      </span>
    );
  }
  return (
    <a
      className="md-link"
      href={page}
      title={page}
      onClick={(event) => {
        event.preventDefault();
        void commands.run('link.open', page);
      }}
      onAuxClick={(event) => event.preventDefault()}
      onDragStart={(event) => event.preventDefault()}
    >
      {children}
    </a>
  );
}
