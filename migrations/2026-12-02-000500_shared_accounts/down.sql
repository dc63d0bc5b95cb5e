-- What the shared accounts hold stays: it was right before as well, only not complete.
SELECT 1;
