{{ chosen('skill_activations') }}
