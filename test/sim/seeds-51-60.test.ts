import { describeSeeds } from './seeds.js';

describeSeeds(51, 60);
