import { describeSeeds } from './seeds.js';

describeSeeds(76, 100);
