// `make pictures`: every page in both themes and widths, to be looked at. Not a test.
import base from './playwright.config';

export default { ...base, testDir: 'pictures', workers: 1, timeout: 900_000, globalTimeout: 960_000, projects: [{ name: 'pictures' }] };
