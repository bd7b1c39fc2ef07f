{{ exceptions('skill_activations') }}
