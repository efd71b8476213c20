/** Paths with what units, shells, desktop entries and property lists give a meaning to. */
export const ODD_PATHS: readonly string[] = [
  '/usr/bin/claudacity',
  '/opt/My Apps/claudacity',
  '/home/jörg/Программы/你好/claudacity',
  '/a"b/it\'s/`c`/claudacity',
  '/100%/%h/%%/claudacity',
  '/$HOME/$$/$(id)/claudacity',
  '/back\\slash/\\t/\\"/claudacity',
  '/tab\there/semi;colon & <tag> > "x"/claudacity',
  "/'quoted'/claudacity",
  '/-dash/#hash/claudacity',
];
