"""One piece of work: `page` puts together what its officer meets, in the shape of `views`.

`found` reads it and what decides who may see it; `acting` says what the reader may do, `people` who
else is there, `peers` how far the other bodies are, `standing` what it waits for and by when,
`usual` what its body answers every time.
"""
