// One output: its markers select their sources.

import { followMarkers } from "./sources.js";

followMarkers();
