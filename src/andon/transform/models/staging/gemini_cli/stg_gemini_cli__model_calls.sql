-- Its spans do not say how much of the input was cached, so that no split could be right.
{{ gemini_model_calls_query('gemini_cli', false) }}
