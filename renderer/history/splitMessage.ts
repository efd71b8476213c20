/** Splits a message into prose and code at the fences that models write around code. */

export interface MessagePart {
  kind: 'prose' | 'code';
  text: string;
}

/** A fence that is not closed runs to the end of the message. */
export function splitMessage(text: string): MessagePart[] {
  return text
    .split(/^ {0,3}```[^`\n]*(?:\n|$)/m)
    .map((piece, index): MessagePart => {
      const code = index % 2 === 1;
      return { kind: code ? 'code' : 'prose', text: code ? piece.replace(/\n$/, '') : piece.replace(/^\n+|\s+$/g, '') };
    })
    .filter((part) => part.text !== '');
}
