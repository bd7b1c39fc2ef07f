{# What engines say differently about text. Regular expressions are RE2's, which all of them speak. #}

{#
    What follows LIKE: `%` stands for anything, every other character for itself. An underscore, which LIKE takes for
    any character, is in most names that we look for.
#}
{% macro pattern(value) -%}
    {{ return(adapter.dispatch('pattern', 'andon')(value)) }}
{%- endmacro %}

{% macro duckdb__pattern(value) -%}
    '{{ value | replace("\\", "\\\\") | replace("_", "\\_") }}' escape '\'
{%- endmacro %}

{% macro bigquery__pattern(value) -%}
    {{ text_literal(value | replace("\\", "\\\\") | replace("_", "\\_")) }}
{%- endmacro %}

{% macro clickhouse__pattern(value) -%}
    {{ text_literal(value | replace("\\", "\\\\") | replace("_", "\\_")) }}
{%- endmacro %}

{# The text with every match of a regular expression replaced; in the replacement `\1` is the first group. #}
{% macro pattern_replaced(expression, pattern, replacement) -%}
    {{ return(adapter.dispatch('pattern_replaced', 'andon')(expression, pattern, replacement)) }}
{%- endmacro %}

{% macro duckdb__pattern_replaced(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ text_literal(pattern) }}, {{ text_literal(replacement) }}, 'g')
{%- endmacro %}

{% macro bigquery__pattern_replaced(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ text_literal(pattern) }}, {{ text_literal(replacement) }})
{%- endmacro %}

{# ClickHouse alone lets a dot match the end of a line. #}
{% macro clickhouse__pattern_replaced(expression, pattern, replacement) -%}
    replaceRegexpAll({{ expression }}, {{ text_literal('(?-s)' ~ pattern) }}, {{ text_literal(replacement) }})
{%- endmacro %}

{% macro without_pattern(expression, pattern) -%}
    {{ pattern_replaced(expression, pattern, '') }}
{%- endmacro %}

{# Whether a regular expression is found in the text. #}
{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'andon')(expression, pattern)) }}
{%- endmacro %}

{% macro duckdb__matches(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ text_literal(pattern) }})
{%- endmacro %}

{% macro bigquery__matches(expression, pattern) -%}
    regexp_contains({{ expression }}, {{ text_literal(pattern) }})
{%- endmacro %}

{% macro clickhouse__matches(expression, pattern) -%}
    match({{ expression }}, {{ text_literal('(?-s)' ~ pattern) }})
{%- endmacro %}

{# Where a text first occurs in another, from 1; 0 when it does not. #}
{% macro position_of(part, expression) -%}
    {{ return(adapter.dispatch('position_of', 'andon')(part, expression)) }}
{%- endmacro %}

{% macro duckdb__position_of(part, expression) -%} strpos({{ expression }}, '{{ part }}') {%- endmacro %}

{% macro bigquery__position_of(part, expression) -%} strpos({{ expression }}, '{{ part }}') {%- endmacro %}

{% macro clickhouse__position_of(part, expression) -%}
    toInt64(positionUTF8({{ expression }}, '{{ part }}'))
{%- endmacro %}

{# What stands before the first separator; the whole text when there is none. #}
{% macro text_before(expression, separator) -%}
    {{ return(adapter.dispatch('text_before', 'andon')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__text_before(expression, separator) -%} split_part({{ expression }}, '{{ separator }}', 1) {%- endmacro %}

{% macro default__text_before(expression, separator) -%}
    case
        when {{ position_of(separator, expression) }} > 0
            then substr({{ expression }}, 1, {{ position_of(separator, expression) }} - 1)
        else {{ expression }}
    end
{%- endmacro %}

{# What stands after the first separator; null when there is none. #}
{% macro text_after(expression, separator) -%}
    case
        when {{ position_of(separator, expression) }} > 0
            then substr({{ expression }}, {{ position_of(separator, expression) }} + {{ separator | length }})
    end
{%- endmacro %}

{# Those of several values that are known, as text, with a separator between them; empty where none is. #}
{% macro joined_known(separator, parts) -%}
    {{ return(adapter.dispatch('joined_known', 'andon')(separator, parts)) }}
{%- endmacro %}

{% macro duckdb__joined_known(separator, parts) -%}
    concat_ws('{{ separator }}', {{ parts | join(', ') }})
{%- endmacro %}

{% macro bigquery__joined_known(separator, parts) -%}
    array_to_string([
        {%- for part in parts %}cast({{ part }} as string){{ ', ' if not loop.last }}{% endfor -%}
    ], '{{ separator }}')
{%- endmacro %}

{% macro clickhouse__joined_known(separator, parts) -%}
    arrayStringConcat([
        {%- for part in parts %}toString({{ part }}){{ ', ' if not loop.last }}{% endfor -%}
    ], '{{ separator }}')
{%- endmacro %}

{# Percent-encoded text decoded; as it is where it is not, or decodes to nothing readable. #}
{% macro percent_decoded(expression) -%}
    {{ return(adapter.dispatch('percent_decoded', 'andon')(expression)) }}
{%- endmacro %}

{% macro duckdb__percent_decoded(expression) -%}
    case
        when {{ expression }} like '%\%__%' escape '\' then coalesce(try(url_decode({{ expression }})), {{ expression }})
        else {{ expression }}
    end
{%- endmacro %}

{% macro bigquery__percent_decoded(expression) -%}
    case
        when strpos({{ expression }}, '%') > 0
            then coalesce(
                safe_cast((
                    select
                        string_agg(
                            case when {{ matches('part', '^%[0-9A-Fa-f]{2}$') }} then from_hex(substr(part, 2)) else cast(part as bytes) end,
                            b'' order by place
                        )
                    from unnest(regexp_extract_all({{ expression }}, '%[0-9A-Fa-f]{2}|[^%]+|%')) as part with offset as place
                ) as string),
                {{ expression }}
            )
        else {{ expression }}
    end
{%- endmacro %}

{% macro clickhouse__percent_decoded(expression) -%}
    if(isValidUTF8(decodeURLComponent({{ expression }})) = 1, decodeURLComponent({{ expression }}), {{ expression }})
{%- endmacro %}

{# The text, or null where it is a word for nobody or nothing; a long text is none of the words, and is not compared. #}
{% macro known(expression) -%}
    {{ return(adapter.dispatch('known', 'andon')(expression)) }}
{%- endmacro %}

{% macro default__known(expression) -%}
    case
        when length(trim({{ expression }})) > 10 and trim({{ expression }}) <> '00000000-0000-0000-0000-000000000000'
            then trim({{ expression }})
        when
            {{ matches(
                "lower(trim(" ~ expression ~ "))",
                '^([(<\\[]?(unknown|redacted)[)>\\]]?|-|n/a|nil|none|null|undefined|anonymous|nobody|0{8}-0{4}-0{4}-0{4}-0{12})?$'
            ) }}
            then null
        else trim({{ expression }})
    end
{%- endmacro %}

{#
    Most texts are seen to be known at a fifth of the price: plain ASCII without a space at either end, that is longer
    than the words or begins as none of them does.
#}
{% macro duckdb__known(expression) -%}
    case
        when
            strlen({{ expression }}) = length({{ expression }}) and {{ expression }} > '!' and not suffix({{ expression }}, ' ')
            and (
                (strlen({{ expression }}) > 10 and {{ expression }} <> '00000000-0000-0000-0000-000000000000')
                or ({{ expression }} >= 'b' and {{ expression }} < 'n')
                or ({{ expression }} >= 's' and {{ expression }} < 'u')
            )
            then {{ expression }}
        else {{ default__known(expression) }}
    end
{%- endmacro %}
