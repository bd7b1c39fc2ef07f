"""Raw to marts: the dbt project and the process that runs it."""
