/** The report for a bug in the page's demo. */
export const demoReport = `### Claudacity
- Version: 0.1.0
- System: linux 6.8.0, x64
- Runs on: Electron 37.2.0, Node 22.17.0
- CLI: claude 2.1.330, native installer
- Signed in: claude.ai; accounts: 3
- Paid by: Claude Max
- Processes: reused (self-test passed on 2.1.330)
- State: Running; server: running
- Problems: none

### Settings that differ from the default
- port: 8080 (set by PORT)
- origins: 2 entries

### Last warnings and errors of the log
    2026-11-27T05:41:12.482Z warn the claude CLI did not come up attempt=1 problem=cli_failed
    2026-11-27T05:41:14.201Z error the server could not be started host=0.0.0.0 port=22434
`;
