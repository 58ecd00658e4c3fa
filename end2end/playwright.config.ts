// How the browser tests run: `ownlane with-server` starts a server for them and says where it is.
import { defineConfig } from '@playwright/test';

const base = process.env.OWNLANE_URL ?? 'http://127.0.0.1:3000';

export default defineConfig({
  testDir: 'tests',
  timeout: 240_000, // bounds, not expectations: a machine may do other things beside
  globalTimeout: 540_000,
  expect: { timeout: 15_000 },
  workers: 2,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: [['list']], // never 'html': it opens a server after a failure and waits
  use: {
    baseURL: base,
    browserName: 'chromium',
    actionTimeout: 20_000,
    launchOptions: {
      executablePath: process.env.CHROME_PATH ?? '/usr/bin/chromium',
      args: ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-gpu', '--disable-quic'],
    },
    trace: process.env.TRACE ? 'retain-on-failure' : 'off', // recording doubles the time
  },
  projects: [
    { name: 'setup', testMatch: /.*\.setup\.ts/ },
    { name: 'javascript', use: { javaScriptEnabled: true }, dependencies: ['setup'] },
    { name: 'plain', use: { javaScriptEnabled: false }, dependencies: ['setup'] },
  ],
});
