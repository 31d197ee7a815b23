import { describe } from 'vitest';
import { playScenarios } from './play-scenarios.js';

describe('the named scenarios, until half a minute after their last fault', () => {
  playScenarios(30_000);
});
