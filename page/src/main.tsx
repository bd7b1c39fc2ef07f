import { QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  RouterProvider,
} from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Problem } from "./api/client";
import { Crash, Missing } from "./parts/Crash";
import { SignedIn } from "./parts/SignedIn";
import { parseSearch, searchSchema, stringifySearch } from "./state/search";
import "./styles.css";
import { SignIn } from "./views/SignIn";

const root = createRootRoute({ validateSearch: searchSchema });
const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: SignIn });
const inside = createRoute({ getParentRoute: () => root, id: "inside", component: SignedIn });

/** A view is fetched when it is first opened, or when a pointer rests on its name. */
function view(path: string, component: ReturnType<typeof lazyRouteComponent>) {
  return createRoute({ getParentRoute: () => inside, path, component });
}

const views = [
  view(
    "/",
    lazyRouteComponent(() => import("./views/Overview"), "Overview"),
  ),
  view(
    "/cost",
    lazyRouteComponent(() => import("./views/Cost"), "Cost"),
  ),
  view(
    "/adoption",
    lazyRouteComponent(() => import("./views/Adoption"), "Adoption"),
  ),
  view(
    "/tools",
    lazyRouteComponent(() => import("./views/Tools"), "Tools"),
  ),
  view(
    "/productivity",
    lazyRouteComponent(() => import("./views/Productivity"), "Productivity"),
  ),
  view(
    "/people",
    lazyRouteComponent(() => import("./views/People"), "People"),
  ),
  view(
    "/people/$id",
    lazyRouteComponent(() => import("./views/Person"), "Person"),
  ),
  view(
    "/me",
    lazyRouteComponent(() => import("./views/Person"), "Me"),
  ),
  view(
    "/data",
    lazyRouteComponent(() => import("./views/Data"), "Data"),
  ),
  view(
    "/keys",
    lazyRouteComponent(() => import("./views/Keys"), "Keys"),
  ),
  view(
    "/connect",
    lazyRouteComponent(() => import("./views/Connect"), "Connect"),
  ),
  view(
    "/definitions",
    lazyRouteComponent(() => import("./views/Definitions"), "Definitions"),
  ),
];

const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren(views)]),
  parseSearch,
  stringifySearch,
  defaultNotFoundComponent: Missing,
  defaultErrorComponent: ({ error }) => (
    <Crash error={error instanceof Error ? error : new Error(String(error))} />
  ),
  defaultPreload: "intent",
  scrollRestoration: true,
});

/** A session that ended: sign in again and come back to the same view. */
function onError(error: unknown) {
  if (!(error instanceof Problem) || error.status !== 401 || location.pathname === "/sign-in") return;
  const next = location.pathname + location.search;
  client.clear();
  void router.navigate({ href: `/sign-in?${new URLSearchParams({ next })}`, replace: true } as never);
}

const client = new QueryClient({
  queryCache: new QueryCache({ onError }),
  defaultOptions: { queries: { staleTime: 30_000, retry: false, refetchOnWindowFocus: false } },
});

const place = document.getElementById("page");
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
}
