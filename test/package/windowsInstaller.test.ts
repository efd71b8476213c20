/** What the installer for Windows does beyond electron-builder's: compiled by the real NSIS. Its plugins are in no registry, so nothing else of it is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, test } from 'vitest';
import { output } from './support/packages';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'claudacity-nsis-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['installer', ''],
  ['uninstaller', '!define BUILD_UNINSTALLER'],
])('NSIS compiles the additions to the %s without a warning', async (name, define) => {
  const script = path.join(folder, `${name}.nsi`);
  await writeFile(script, scriptFor(name, define));
  await output('makensis', '-V2', '-WX', script);
});

/** As electron-builder's scripts use the macros (installSection.nsh, uninstaller.nsh). */
const scriptFor = (name: string, define: string) => `
Unicode true
${define}
OutFile "${path.join(folder, name)}.exe"
InstallDir "$LOCALAPPDATA\\Programs\\claudacity"
RequestExecutionLevel user
!include "LogicLib.nsh"
!macro _isUpdated _a _b _t _f
  \${If} $0 == "updated"
    Goto \`\${_t}\`
  \${EndIf}
  Goto \`\${_f}\`
!macroend
!define isUpdated \`"" isUpdated ""\`
!include "${path.resolve('build/windows/installer.nsh')}"
Section "install"
!ifndef BUILD_UNINSTALLER
  !insertmacro customInstall
!else
  WriteUninstaller "$INSTDIR\\uninstall.exe"
!endif
SectionEnd
!ifdef BUILD_UNINSTALLER
Function un.onInit
  !insertmacro customUnInit
FunctionEnd
Section "un.install"
  !insertmacro customUnInstall
SectionEnd
!endif
`;
