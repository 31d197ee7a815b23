import { describeSeeds } from './seeds.js';

describeSeeds(91, 100);
