import type { components } from "./schema";

type Schemas = components["schemas"];

export type TokensDay = Schemas["TokensDay"];
export type TokensByModel = Schemas["TokensByModel"];
export type ToolsDay = Schemas["ToolsDay"];
export type ActivityDay = Schemas["ActivityDay"];
export type ProductivityDay = Schemas["ProductivityDay"];
export type UserDay = Schemas["UserDay"];
export type Meta = Schemas["Meta"];
export type Session = Schemas["Session"];
export type Person = Schemas["PersonRow"];
export type PersonAnswer = Schemas["PersonAnswer"];
export type AdoptionAnswer = Schemas["AdoptionAnswer"];
export type Key = Schemas["KeyRow"];
export type NewKey = Schemas["MadeKey"];
export type Definition = Schemas["Definition"];
export type DataAnswer = Schemas["DataAnswer"];
export type CoverageAnswer = Schemas["CoverageAnswer"];
export type ArrivalsAnswer = Schemas["ArrivalsAnswer"];
export type RestatementsAnswer = Schemas["RestatementsAnswer"];
export type AgentsAnswer = Schemas["AgentsAnswer"];
export type ConnectionAnswer = Schemas["ConnectionAnswer"];
