import { Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./Button";

type Theme = "light" | "dark";

const root = document.documentElement;

function shown(): Theme {
  return root.dataset.theme === "dark" ? "dark" : "light";
}

function watch(changed: () => void): () => void {
  const observer = new MutationObserver(changed);
  observer.observe(root, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** The system's theme until somebody chooses; the choice is remembered. */
export function ThemeSwitch() {
  const theme = useSyncExternalStore(watch, shown);
  const other: Theme = theme === "dark" ? "light" : "dark";
  return (
    <IconButton
      label={other === "dark" ? "Dark theme" : "Light theme"}
      onPress={() => {
        root.dataset.theme = other;
        localStorage.setItem("andon-theme", other);
      }}
    >
      {theme === "dark" ? <Sun size={15} aria-hidden="true" /> : <Moon size={15} aria-hidden="true" />}
    </IconButton>
  );
}
