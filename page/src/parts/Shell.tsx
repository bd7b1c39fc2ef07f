import { Link, Outlet, useLocation } from "@tanstack/react-router";
import {
  Activity,
  Blocks,
  BookOpen,
  Coins,
  Database,
  GitPullRequest,
  KeyRound,
  LayoutGrid,
  LogOut,
  type LucideIcon,
  Menu as MenuIcon,
  Plug,
  UserRound,
  UsersRound,
  X,
} from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Dialog, Modal, ModalOverlay } from "react-aria-components";
import { type Permission, useSession, useSignOut } from "../state/session";
import { Button, IconButton } from "./Button";
import { Footer } from "./Footer";
import { Shortcuts } from "./Shortcuts";
import { ThemeSwitch } from "./ThemeSwitch";

type Place = { to: string; label: string; icon: LucideIcon; permission?: Permission };

const PLACES: Place[] = [
  { to: "/", label: "Overview", icon: LayoutGrid, permission: "reports" },
  { to: "/cost", label: "Cost", icon: Coins, permission: "reports" },
  { to: "/adoption", label: "Adoption", icon: Activity, permission: "reports" },
  { to: "/tools", label: "Tools & autonomy", icon: Blocks, permission: "reports" },
  { to: "/productivity", label: "Productivity", icon: GitPullRequest, permission: "reports" },
  { to: "/people", label: "People", icon: UsersRound, permission: "people" },
];

const HOUSE: Place[] = [
  { to: "/data", label: "Data", icon: Database, permission: "data" },
  { to: "/keys", label: "Keys", icon: KeyRound, permission: "keys" },
  { to: "/connect", label: "Connect an agent", icon: Plug },
  { to: "/definitions", label: "Definitions", icon: BookOpen },
];

/** Everything around a view: where one can go, who one is, how fresh the numbers are. */
export function Shell() {
  const [isOpen, setOpen] = useState(false);
  const path = useLocation({ select: ({ pathname }) => pathname });
  const main = useRef<HTMLElement>(null);
  const shownPath = useRef(path);

  useEffect(() => {
    // A new view begins at its top, for eyes and for screen readers.
    if (shownPath.current === path) return;
    shownPath.current = path;
    setOpen(false);
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [path]);

  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[212px_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only rounded-md bg-accent px-3 py-2 text-accent-ink focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50"
      >
        Skip to the numbers
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col overflow-y-auto border-line border-r bg-surface lg:flex">
        <Places />
      </aside>
      <div className="sticky top-0 z-30 flex h-12 items-center gap-2 border-line border-b bg-surface px-3 lg:hidden">
        <IconButton label="Open navigation" onPress={() => setOpen(true)} className="size-8">
          <MenuIcon size={18} aria-hidden="true" />
        </IconButton>
        <Brand />
      </div>
      <ModalOverlay
        isOpen={isOpen}
        onOpenChange={setOpen}
        isDismissable
        className="fixed inset-0 z-40 bg-black/40 lg:hidden"
      >
        <Modal className="h-full w-64 bg-surface shadow-xl">
          <Dialog aria-label="Navigation" className="flex h-full flex-col overflow-y-auto outline-none">
            <IconButton
              label="Close navigation"
              onPress={() => setOpen(false)}
              className="absolute top-2 right-2"
            >
              <X size={16} aria-hidden="true" />
            </IconButton>
            <Places />
          </Dialog>
        </Modal>
      </ModalOverlay>
      <div className="flex min-h-dvh min-w-0 flex-col">
        <main
          ref={main}
          id="main"
          tabIndex={-1}
          className="mx-auto w-full max-w-[1480px] flex-1 px-4 py-5 outline-none sm:px-6"
        >
          <Outlet />
        </main>
        <Footer />
      </div>
      <Shortcuts />
    </div>
  );
}

function Brand() {
  return (
    <span className="flex items-center gap-2 font-semibold">
      <img src="/page/icon.svg" alt="" width={20} height={20} />
      Andon
    </span>
  );
}

function Places() {
  const { org, role, email, permissions } = useSession();
  const signOut = useSignOut();
  const mine: Place[] =
    permissions.includes("self") && !permissions.includes("people")
      ? [{ to: "/me", label: "My numbers", icon: UserRound }]
      : [];
  const allowed = (places: Place[]) =>
    places.filter(({ permission }) => !permission || permissions.includes(permission));
  return (
    <>
      <div className="px-4 pt-4 pb-3">
        <Brand />
        <p className="shown-as-text mt-1 truncate text-soft text-xs" title={org.name}>
          {org.name}
        </p>
      </div>
      <nav aria-label="Views" className="flex-1 px-2">
        <PlaceList places={[...allowed(PLACES), ...mine]} />
        <p className="mt-4 mb-1 px-2 text-[11px] text-soft">This installation</p>
        <PlaceList places={allowed(HOUSE)} />
      </nav>
      <div className="border-line border-t p-3">
        <div className="flex items-center justify-between gap-2">
          <p className="min-w-0 text-xs">
            <span className="shown-as-text block truncate" title={email ?? ""}>
              {email ?? "Signed in"}
            </span>
            <span className="block text-soft">{role}</span>
          </p>
          <ThemeSwitch />
        </div>
        <Button look="quiet" className="mt-1 -ml-2" onPress={() => void signOut()}>
          <LogOut size={14} aria-hidden="true" /> Sign out
        </Button>
      </div>
    </>
  );
}

/** What a change of view keeps of the address: the days and how they are looked at. */
const KEPT = ["range", "from", "to", "compare", "grain"] as const;

function PlaceList({ places }: { places: Place[] }) {
  return (
    <ul className="space-y-px">
      {places.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            search={
              ((old: Record<string, unknown>) =>
                Object.fromEntries(KEPT.map((key) => [key, old[key]]))) as never
            }
            className="flex min-h-8 items-center gap-2.5 rounded-md px-2 text-[13px] text-soft hover:bg-sunk hover:text-ink"
            activeProps={{ className: "bg-accent-wash! text-accent! font-medium" }}
          >
            <Icon size={15} aria-hidden="true" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  );
}
