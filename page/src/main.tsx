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

const views = [
  createRoute({
    getParentRoute: () => inside,
    path: "/",
    component: lazyRouteComponent(() => import("./views/Overview"), "Overview"),
  }),
  createRoute({
    getParentRoute: () => inside,
    path: "/cost",
    component: lazyRouteComponent(() => import("./views/Cost"), "Cost"),
  }),
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
