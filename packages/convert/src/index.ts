/**
 * Converts body parts from one media type to another (RFC 5259): a converter is a module behind one interface, and runs
 * in a process of its own, where a hostile file can harm nothing but itself.
 */
export {}
