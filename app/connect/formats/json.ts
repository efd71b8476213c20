/** JSON, with or without comments. */
import { applyEdits, modify, type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { type ConfigFormat, isObject, lineEnd } from './format';

export const jsonFormat: ConfigFormat = {
  parse(text) {
    if (text.trim() === '') return {};
    const errors: ParseError[] = [];
    const value: unknown = parse(text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (error) {
      const line = text.slice(0, error.offset).split('\n').length;
      throw new Error(`line ${line}: ${parseErrorText(error.error)}`);
    }
    if (!isObject(value)) throw new Error('it is not an object');
    return value;
  },
  edit(text, changes) {
    const isEmpty = text.trim() === '';
    const eol = lineEnd(text);
    const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
    const formattingOptions = {
      eol,
      insertSpaces: !indent.startsWith('\t'),
      tabSize: indent.startsWith('\t') ? 4 : indent.length,
    };
    const changed = changes.reduce(
      (current, { path, value }) => applyEdits(current, modify(current, [...path], value, { formattingOptions })),
      isEmpty ? '{}' : text,
    );
    return isEmpty ? `${changed}${eol}` : changed;
  },
};

/** `comma expected` of `CommaExpected`. */
function parseErrorText(code: ParseError['error']): string {
  return printParseErrorCode(code)
    .replace(/\B[A-Z]/g, (letter) => ` ${letter}`)
    .toLowerCase();
}
