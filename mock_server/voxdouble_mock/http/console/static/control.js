// The page on which a person changes the mock: its parts are modules of their own.

import "./control_clock.js";
import "./control_faults.js";
import "./control_namespaces.js";
import "./control_options.js";
import "./control_scenario.js";
