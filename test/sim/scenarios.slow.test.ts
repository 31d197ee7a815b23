import { describe } from 'vitest';
import { playScenarios } from './play-scenarios.js';

describe('the named scenarios, to their end', () => {
  playScenarios(Infinity);
});
