# RFC 5703 §4.1: a PDF that is called important. Size is the message's.
require ["mime", "foreverypart", "fileinto"];
foreverypart
{
    if allof (
      header :mime :param "filename" :contains
         "Content-Disposition" "important",
      header :mime :subtype "Content-Type" "pdf",
      size :over "100K")
    {
        fileinto "INBOX.important";
        break;
    }
}

#! 9:18 must be a number
