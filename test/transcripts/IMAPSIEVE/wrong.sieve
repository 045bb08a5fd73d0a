require "vacation"; discard; vacation "away";
