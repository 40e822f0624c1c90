"""`python -m nlu.training`: learn the words of talk and the weights of the intents from the utterances."""

from nlu.training.fitting import main

if __name__ == "__main__":
    main()
