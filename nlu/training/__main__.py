"""`python -m nlu.training [--keep-dev-out]`: learn words and weights of the intents from the utterances."""

import sys

from nlu.training.fitting import main

if __name__ == "__main__":
    main(keep_dev_out="--keep-dev-out" in sys.argv)
