/** YAML of one document. */
import { isMap, parseDocument } from 'yaml';
import { type ConfigFormat, type ConfigObject, lineEnd } from './format';

export const yamlFormat: ConfigFormat = {
  parse(text) {
    const document = parseDocument(text);
    const [error] = document.errors;
    if (error) throw new Error(error.message.split('\n')[0]?.replace(/:$/, '') ?? 'it is not valid');
    if (document.contents === null) return {};
    if (!isMap(document.contents)) throw new Error('it is not a list of settings');
    return document.toJS() as ConfigObject;
  },
  edit(text, changes) {
    const document = parseDocument(text);
    for (const { path, value } of changes) {
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, document.createNode(value));
    }
    const changed = document.toString({
      // Long lines of the user are not folded.
      lineWidth: 0,
      indent: /\n( {2,8})[\w"'-]/.exec(text)?.[1]?.length ?? 2,
      indentSeq: !/^( *)[\w"'-][^\n]*:[ \t]*(#[^\n]*)?\r?\n\1- /m.test(text),
    });
    return lineEnd(text) === '\r\n' ? changed.replaceAll(/\r?\n/g, '\r\n') : changed;
  },
};
