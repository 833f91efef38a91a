import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "./console.css";

import { createRoot } from "react-dom/client";

import { Console } from "./Console";
import { prepareFirstVisit } from "./firstVisit";

const place = document.getElementById("console");
if (!place) throw new Error("index.html has no place for the console.");
prepareFirstVisit(localStorage);
createRoot(place).render(<Console />);
